"""What of Rasa is replaced while it runs, and why: `table.py` is the list, `apply` puts it in place.

Nothing is imported until `apply` is called, so that the launcher can see to Rasa's own imports first.
"""

from __future__ import annotations


def apply(*, watch: bool = False) -> None:
    """Puts everything of the table in place, for this process; a second time changes nothing.

    `watch`: what measures turns as well, for a process that somebody operates.
    """
    import rasa.core.actions.action as rasa_actions

    from unknot.rasa_patches import private_logs, quick, story_tools
    from unknot.settings import load_settings

    private_logs.keep_private()
    rasa_actions.DEFAULT_REQUEST_TIMEOUT = load_settings().action_timeout
    quick.put()
    story_tools.put()
    if watch:
        from unknot.observability.assistant import watch_rasa

        watch_rasa()
