"""What the gateway tells its operators: typed events, from which logs, metrics and traces are made."""
