"""The right answers, as a textbook would write them: NumPy, float64, one idea a
line."""
