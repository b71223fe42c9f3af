"""Work of the engine off the GUI thread: what to run, one run of it, and the queue."""
