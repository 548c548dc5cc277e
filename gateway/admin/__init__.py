"""What operators may do over HTTP."""
