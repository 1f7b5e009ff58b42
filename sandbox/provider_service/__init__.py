"""What the sandbox's providers share: the plugin process, the engine's log, values, differences."""
