"""From state to lines of the screen: pure functions, tested by the text they give."""
