"""Service levels: no customer waits unnoticed, and the right person is told before a promise is broken."""
