"""The pages of the studio, one step of the work each."""
