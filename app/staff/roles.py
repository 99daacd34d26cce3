"""What a member of the staff may do: each role may do what the one before it may. Pure."""

from typing import Final, get_args

from app.store.users import Role

ROLES: Final[tuple[Role, ...]] = get_args(Role)


def may(role: Role, needed: Role) -> bool:
    """Whether somebody of this role may do what `needed` may."""
    return ROLES.index(role) >= ROLES.index(needed)
