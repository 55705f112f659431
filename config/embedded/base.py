"""Django's PostgreSQL backend over a server that the first connection of a process starts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base, client

from config.embedded.attachment import attachments
from config.embedded.programs import programs
from config.embedded.server import PORT, ROLE, Server


class DatabaseClient(client.DatabaseClient):
    def runshell(self, parameters: Iterable[str]) -> None:
        self.executable_name = str(programs().path("psql"))
        attachments.attach(self.connection.server)  # type: ignore[attr-defined]
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        self.server = Server.in_folder(Path(settings_dict["OPTIONS"]["data_folder"]))
        place = {"HOST": str(self.server.socket_folder), "PORT": PORT, "USER": ROLE, "PASSWORD": ""}
        super().__init__({**settings_dict, **place}, alias)

    def get_connection_params(self) -> dict[str, Any]:
        """Whoever asks is about to connect, the worker without Django too: so the server runs from now on."""
        if not attachments.holds(self.server):
            attachments.attach(self.server)
        parameters: dict[str, Any] = super().get_connection_params()
        del parameters["data_folder"]
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            if self.server.running():
                raise
        attachments.attach(self.server)
        return super().get_new_connection(conn_params)
