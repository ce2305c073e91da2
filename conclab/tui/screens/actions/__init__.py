"""The dialogs that ask what is to be done to tasks. Each returns an action of ``model.actions``, or None; it does nothing itself."""
