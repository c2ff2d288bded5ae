"""Lets Rasa 3.6 import on the libraries of today, and without what nothing here uses. README.md: the charter.

Loaded by a `.pth` file at every start of Python in this environment, so it imports nothing until Rasa is imported.
"""

import sys

ABSENT = {
    "aiogram": "the channel to Telegram",
    "boto3": "the tracker store in DynamoDB, models in S3",
    "botocore": "the same",
    "cachecontrol": "the channel to Google Chat",
    "fbmessenger": "the channel to Facebook Messenger",
    "google.auth": "the channel to Google Chat",
    "google.oauth2": "the channel to Google Chat",
    "matplotlib": "pictures of an evaluation",
    "pymongo": "the tracker store in MongoDB",
    "sanic_jwt": "JWT for Rasa's HTTP API",
    "socketio": "the channel socketio",
    "twilio": "the channels to Twilio",
    "webexteamssdk": "the channel to Webex",
}
"""What Rasa imports when it starts and the lock file leaves out, with what is lost by it."""


def prepare():
    """Gives numpy and packaging the names that Rasa asks for, and Rasa stand-ins for what is absent."""
    import numpy
    import packaging.version

    if not hasattr(numpy, "VisibleDeprecationWarning"):  # it moved with numpy 2; Rasa names it in a list of warnings
        numpy.VisibleDeprecationWarning = numpy.exceptions.VisibleDeprecationWarning
    if not hasattr(packaging.version, "LegacyVersion"):  # what 22 and later refuse, so that no version is one

        class LegacyVersion:
            """The class of version numbers that follow no rule."""

        packaging.version.LegacyVersion = LegacyVersion
    sys.meta_path.append(_AbsentFinder())  # last: a package that is installed is always preferred


class _BeforeRasa:
    """Waits for the first import of Rasa."""

    def find_spec(self, name, path=None, target=None):
        """Finds nothing ever."""
        if name == "rasa" and self in sys.meta_path:
            sys.meta_path.remove(self)
            prepare()
        return None


class _AbsentFinder:
    """Finds modules of absent packages where a module of Rasa imports them, and nobody else."""

    def find_spec(self, name, path=None, target=None):
        """An empty module whose every name is `Missing`."""
        package = next((absent for absent in ABSENT if f"{name}.".startswith(f"{absent}.")), None)
        if package is None or not _asked_by_rasa():
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, _Loader(package), is_package=True)


def _asked_by_rasa():
    frame = sys._getframe(2)
    while frame and frame.f_globals.get("__name__", "").startswith("importlib."):
        frame = frame.f_back
    return bool(frame) and frame.f_globals.get("__name__", "").partition(".")[0] == "rasa"


class _Loader:
    def __init__(self, package):
        self.package = package

    def create_module(self, spec):
        """Python's own kind of module."""

    def exec_module(self, module):
        """Every name of it stands for something that is not there."""
        missing = _missing(self.package)

        def attribute(name):
            if name.startswith("__"):  # asked by those who only look at things
                raise AttributeError(name)
            return missing

        module.__getattr__ = attribute


def _missing(package):
    """A class that can be a base class or stand after `except`; using it says what to install."""

    class Kind(type):
        def __getattr__(cls, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return cls

        def __call__(cls, *arguments, **named):
            from rasa.shared.exceptions import RasaException

            top = package.partition(".")[0]
            raise RasaException(
                f"This needs the package {top} ({ABSENT[package]}), which is not part of this environment: "
                f"ops/python/rasa-today/README.md says how to add it."
            )

    return Kind("Missing", (Exception,), {})


sys.meta_path.insert(0, _BeforeRasa())
