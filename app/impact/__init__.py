"""Which of the questions that were asked a text would answer, before it is published."""
