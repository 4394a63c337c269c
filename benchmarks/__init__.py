"""What is measured about the course itself; see the instructor's guide."""
