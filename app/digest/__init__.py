"""The weekly mail to staff: what was asked, what had no answer, what was mended."""
