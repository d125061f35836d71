"""Who logs in in the tests of logging in."""

from stressvision.domain.auth import Role
from stressvision.services.auth.accounts import add_account
from stressvision.services.context import Actor, Context

PHRASE = "cuatro palabras que recuerdo"
HERE = Actor(ip_address="10.0.0.7")
THERE = Actor(ip_address="10.0.0.8")


def add_doctor(context: Context) -> Context:
    add_account(context, "dra.quispe", Role.HEALTH, PHRASE, Actor())
    return context
