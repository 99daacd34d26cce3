"""What visitors and staff confirmed as the answer to a question, and how it comes to lift articles."""
