"""Pictures of every page, for eyes; and what a program can see in them: blank or clipped."""
