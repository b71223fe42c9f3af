"""Core's work off the GUI thread: the job, the queue, and what each button runs."""
