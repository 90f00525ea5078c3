-- One request over and over; `wrk ... -- METHOD PATH TOKEN [BODY]`. Prints one line of JSON when done.

function init(args)
  wrk.method = args[1]
  wrk.path = args[2]
  if args[3] ~= "" then wrk.headers["Authorization"] = "Bearer " .. args[3] end
  if args[4] then
    wrk.body = args[4]
    wrk.headers["Content-Type"] = "application/json"
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "bad_status": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
