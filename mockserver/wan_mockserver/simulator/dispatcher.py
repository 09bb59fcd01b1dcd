"""Finds what answers a request: its route, its caller and its scenario."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wan_validators.catalog import model
from wan_validators.rejection import RejectionReason

from ..http.errors import RequestRejected
from ..http.messages import Response
from ..state.tasks import TASKS
from . import routing
from .auth import check_scheme, identify_caller
from .context import ANONYMOUS, RequestContext
from .handlers import Handlers
from .routing import Action, RouteTable
from .scenario_selection import ScenarioSelector

__all__ = ["Dispatcher", "Handler"]

Handler = Callable[[], Response]


class Dispatcher:
    """Chooses among *routes* and *handlers*; *selector* chooses the step of the scenario."""

    def __init__(self, routes: RouteTable, selector: ScenarioSelector, handlers: Handlers) -> None:
        self._routes, self._selector, self._handlers = routes, selector, handlers

    def find_handler(self, context: RequestContext) -> Handler:
        """Finds the route, the caller and the scenario; returns the handler.

        Raises RequestRejected if there is none for this request.
        """
        method, path = context.request.method, context.request.path
        try:
            route, context.path_parameters = routing.find_route(self._routes, method, path)
        except RequestRejected as error:
            # The vendor whose format the error has.
            context.vendor = routing.find_nearest_vendor(self._routes, path)
            raise self._add_poll_path(error, path) from None
        context.vendor = vendor = route.vendor
        context.action, context.waits = route.action.value, route.waits
        if vendor is None:
            record = self._handlers.find_file_task(context)
            selected = self._selector.select_for_download(context, record)
            return partial(self._handlers.download, context, record, selected)
        if route.action is Action.UPLOAD:
            # The form has a signed policy in place of a key.
            return partial(self._handlers.uploads_of(vendor).put, context)
        if route.page:
            # Imported on first use: few clients ask for a page, and every start would pay.
            from ..model_pages.pages import answer_page

            # Without a key: one of the vendor's clients sends none.
            name = context.path_parameters.get("model", "")
            models = self._handlers.models[vendor.name]
            return partial(answer_page, route.page, vendor, models, name, context.request)
        authorization = context.request.headers.get("authorization")
        check_scheme(authorization, vendor.auth_schemes)
        if context.caller is ANONYMOUS:
            # Raises the reason, now that the vendor is known.
            identify_caller(authorization, vendor.auth_schemes)
        if route.action is Action.STREAM:
            raise RequestRejected(RejectionReason.NO_STREAM, "no stream of events is offered")
        if route.action is Action.CREATE:
            selected = self._selector.select_for_create(context, vendor)
            return partial(self._handlers.create, context, vendor, selected)
        if route.action is Action.POLL:
            record = self._handlers.register_poll(context, vendor)
            selected = self._selector.select_for_poll(context, record)
            return partial(self._handlers.poll, context, vendor, selected)
        if route.action is Action.RESULT:
            record = self._handlers.find_task(context, vendor, vendor.result)
            selected = self._selector.select_for_result(context, record)
            return partial(self._handlers.get_result, context, vendor, selected)
        other = {
            Action.CANCEL: self._handlers.cancel,
            Action.LIST: self._handlers.list_tasks,
            Action.POLICY: self._handlers.uploads_of(vendor).grant,
            Action.PRECHARGE: self._handlers.estimate_cost,
        }
        return partial(other[route.action], context, vendor)

    def _add_poll_path(self, error: RequestRejected, path: str) -> RequestRejected:
        """Returns *error*, with the path to poll if *path* contains the id of a task."""
        if error.rejection.reason is not RejectionReason.NO_ROUTE:
            return error
        for part in path.split("/")[: routing.MAX_PARTS]:
            task = self._handlers.store.get(TASKS, part) if part else None
            if task:
                place = model(task.model).poll_path.replace("{task_id}", task.id)
                detail = f"nothing is served at {path}; poll this task with GET {place}"
                return RequestRejected(RejectionReason.NO_ROUTE, detail)
        return error
