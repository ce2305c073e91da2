"""The screens. Inside, imports go one way too: renderables, widgets, screens, app."""
