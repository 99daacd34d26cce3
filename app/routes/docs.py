"""The API's own description: the OpenAPI document, and a page that says the same to people."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse

from app.languages import FALLBACK
from app.routes.schemas import RepliedCall, TicketRequest
from app.routes.site import CurrentSite, Page

router = APIRouter(prefix="/api/v1", include_in_schema=False)

_PROBLEM: Final = "application/problem+json"
# Bodies that a route reads itself, for their signature or their files.
_READ_BY_ROUTES: Final = (TicketRequest, RepliedCall)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of an answer."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation answers with a status; `schema` is the shape's name."""

    status: str
    description: str
    schema: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path, with what it takes and gives; `body` is the shape's name, empty for none."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: str
    responses: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A named answer or part of one."""

    name: str
    description: str
    fields: tuple[Field, ...]


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(document(request.app))


@router.get("/docs")
def docs(request: Request, site: CurrentSite) -> HTMLResponse:
    """The document as a page."""
    described = document(request.app)
    return site.render(
        request,
        Page("api.html", FALLBACK, listed=False),
        operations=list(_operations(described)),
        shapes=list(_shapes(described)),
    )


def document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with errors under the media type they are sent as."""
    described = deepcopy(app.openapi())
    for shape in _READ_BY_ROUTES:
        described["components"]["schemas"][shape.__name__] = shape.model_json_schema()
    for methods in described["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status >= "400" and "application/json" in content:
                    content[_PROBLEM] = content.pop("application/json")
    return described


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield Operation(
                method.upper(),
                path,
                operation["summary"],
                operation.get("description", ""),
                tuple(_parameter(p) for p in operation.get("parameters", ())),
                _schema_of(operation.get("requestBody", {})),
                tuple(_response(status, r) for status, r in operation["responses"].items()),
            )


def _parameter(parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    said = parameter.get("description") or schema.get("description", "")
    default = f" Default: {schema['default']}." if schema.get("default") is not None else ""
    return Field(parameter["name"], _type(schema), parameter.get("required", False), said + default)


def _response(status: str, response: Mapping[str, Any]) -> Response:
    return Response(status, response["description"], _schema_of(response))


def _schema_of(described: Mapping[str, Any]) -> str:
    """The shape of a body or an answer."""
    media: Mapping[str, Any] = next(iter(described.get("content", {}).values()), {})
    return _type(media.get("schema", {}))


def _shapes(described: Mapping[str, Any]) -> Iterator[Shape]:
    for name, schema in described["components"]["schemas"].items():
        required = schema.get("required", ())
        fields = tuple(
            Field(field, _type(s), field in required, s.get("description", ""))
            for field, s in schema["properties"].items()
        )
        yield Shape(name, schema.get("description", ""), fields)


def _type(schema: Mapping[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(s) for s in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    limits = [str(schema[edge]) for edge in ("minimum", "maximum") if edge in schema]
    return str(schema.get("format") or schema.get("type", "")) + (f" {' to '.join(limits)}" if limits else "")
