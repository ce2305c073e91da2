"""The dialogs about what to do to tasks. Each returns an action of ``model.actions``, or None, and itself does nothing."""
