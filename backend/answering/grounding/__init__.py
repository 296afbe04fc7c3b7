"""Whether each sentence of an answer is supported by the sources that it cites."""
