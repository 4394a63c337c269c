"""Small programs that build the course; none of them is part of the package."""
