internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The listener for Prometheus: `GET /metrics` and nothing else.
struct MetricsResponder: HTTPResponder {
    typealias Context = CollectorContext

    let metrics: CollectorMetrics
    let clock: HostClock
    let survey: ArchiveSurvey
    let bodyGrace: TimeAmount

    func respond(to request: Request, context: CollectorContext) async throws -> Response {
        let reader = BodyReader(channel: context.channel, grace: bodyGrace)
        let isWhole = try await reader.discard(request.body)
        var response = await answer(request)
        if !isWhole { response.headers[.connection] = "close" }
        return response
    }

    private func answer(_ request: Request) async -> Response {
        guard request.uri.path == "/metrics" else { return text(.notFound, "no such path\n") }
        guard request.method == .get else {
            return text(.methodNotAllowed, "only GET\n", [.allow: "GET"])
        }
        return text(.ok, MetricsText(metrics.current, clock.read(), await survey.findings()).text)
    }

    private func text(
        _ status: HTTPResponse.Status, _ text: String, _ more: HTTPFields = [:]
    ) -> Response {
        var headers = more
        headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
