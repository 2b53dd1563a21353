"""What the kernel and its front end can do, and where a cell runs. It imports nothing of ours."""
