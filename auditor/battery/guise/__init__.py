"""What is thought of a speaker for the way in which the same thing is said."""
