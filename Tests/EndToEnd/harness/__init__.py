"""Real processes, real sockets, and independent readings of every format they speak."""
