"""Take a class's notebooks from the learning platform to grades."""
