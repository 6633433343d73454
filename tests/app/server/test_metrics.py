"""What is counted, and that nobody who asks can make up a label."""

import re

from prometheus_client.parser import text_string_to_metric_families

from tests.app.serving import Child


def samples(server: Child) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = server.get("/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_the_route_that_took_them(server: Child) -> None:
    key = ("faultbook_http_requests_total", (("method", "GET"), ("route", "/entries/<entry>"), ("status", "404")))
    before = samples(server).get(key, 0)
    server.get("/entries/one")
    server.get("/entries/two")
    assert samples(server)[key] == before + 2


def test_what_was_recognised_is_counted_by_entry(server: Child) -> None:
    key = ("faultbook_lookup_matches_total", (("entry", "demo-fault"),))
    before = samples(server).get(key, 0)
    server.post("/api/v1/lookup", "demo: eth0 failed 5 times: no signal")
    assert samples(server)[key] == before + 1


def test_nothing_that_a_client_sends_becomes_a_label(server: Child) -> None:
    for path in ("/made-up-path", "/entries/made-up-entry", "/search?q=made-up-query", "/api/v1/made-up"):
        server.get(path, Host="made-up-host")
    server.ask("MADEUP", "/")
    server.post("/api/v1/lookup", "made-up paste")
    text = server.get("/metrics").text
    assert "made-up" not in text
    assert "MADEUP" not in text
    assert 'method="other"' in text


def test_a_request_refused_by_the_parser_is_counted(server: Child) -> None:
    key = ("faultbook_http_refused_total", (("status", "400"),))
    before = samples(server).get(key, 0)
    server.raw(b"GET / HTTP/1.1\r\n\r\n")
    assert samples(server)[key] == before + 1


def test_metrics_tell_the_state_of_the_entries_and_no_versions(server: Child) -> None:
    found = {name: value for (name, _labels), value in samples(server).items()}
    assert found["faultbook_entries"] == 2
    assert found["faultbook_entries_trouble"] == 0
    assert not re.search(r"python_info|version=\"\d", server.get("/metrics").text)
