"""What the gateway tells its operators: typed events, written as structured logs."""
