"""Whether a digest can go out at all. Pure."""

from app.settings import Settings


def hindrance(settings: Settings) -> str:
    """The option without which none is sent; empty: nothing is missing."""
    if not settings.smtp_host:
        return "SPORTELLO_SMTP_HOST"
    return "" if settings.base_url else "SPORTELLO_BASE_URL"
