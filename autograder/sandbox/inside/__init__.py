"""Everything that enters the sandbox: stand-alone, never importing the grader."""
