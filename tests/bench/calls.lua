-- What wrk sends: one body with another patient and another hookInstance in every call.
-- Arguments: BODY-FILE RUN   (RUN: a number that no other run has)

local pieces, patients, calls, number = {}, {}, {}, 0

function init(args)
  wrk.method = "POST"
  wrk.headers["Connection"] = "keep-alive"
  wrk.headers["Content-Type"] = "application/json"
  run = tonumber(args[2])
  local file = assert(io.open(args[1], "rb"))
  local text, from = file:read("*a"), 1
  file:close()
  while true do
    local first, last, mark = text:find("@([PH])@", from)
    if not first then break end
    pieces[#pieces + 1] = text:sub(from, first - 1)
    pieces[#pieces + 1] = ""
    local places = mark == "P" and patients or calls
    places[#places + 1] = #pieces
    from = last + 1
  end
  pieces[#pieces + 1] = text:sub(from)
end

function request()
  number = number + 1
  local patient = string.format("p%03d-%06d", run, number)
  local call = string.format("%08x-0000-4000-8000-%012x", run, number)
  for _, place in ipairs(patients) do pieces[place] = patient end
  for _, place in ipairs(calls) do pieces[place] = call end
  return wrk.format(nil, nil, nil, table.concat(pieces))
end

function done(summary, latency)
  local wrong = summary.errors
  io.write(string.format(
    '\n{"calls": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %.3f, "p95": %.3f}\n',
    summary.requests, summary.duration / 1e6, wrong.status,
    wrong.connect + wrong.read + wrong.write + wrong.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3))
end
