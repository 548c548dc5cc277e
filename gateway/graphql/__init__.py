"""GraphQL over HTTP: from bytes to an operation, from an operation to an answer, from an answer to bytes."""
