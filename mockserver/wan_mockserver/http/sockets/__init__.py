"""HTTP/1.1 over sockets in one event loop: connections, their requests and their responses."""
