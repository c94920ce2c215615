-- What wrk sends: one body with another patient and another hookInstance in every call, and a token of its own where
-- there is a list of them. Arguments: METHOD BODY-FILE|- RUN TOKEN-FILE|-   (RUN: a number that no other run has)

local pieces, patients, calls = {}, {}, {}
local tokens, number = nil, 0

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  wrk.method = args[1]
  run = tonumber(args[3])
  wrk.headers["Connection"] = "keep-alive"
  if args[2] ~= "-" then
    wrk.headers["Content-Type"] = "application/json"
    local text, from = read(args[2]), 1
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
  if args[4] ~= "-" then
    tokens = {}
    for line in io.lines(args[4]) do tokens[#tokens + 1] = line end
  end
end

function request()
  number = number + 1
  if tokens then
    wrk.headers["Authorization"] = "Bearer " .. assert(tokens[number], "more calls than tokens")
  end
  if #pieces == 0 then return wrk.format() end
  local patient = string.format("p%03d-%06d", run, number)
  local call = string.format("%08x-0000-4000-8000-%012x", run, number)
  for _, place in ipairs(patients) do pieces[place] = patient end
  for _, place in ipairs(calls) do pieces[place] = call end
  return wrk.format(nil, nil, nil, table.concat(pieces))
end

function done(summary, latency)
  local wrong = summary.errors
  io.write(string.format(
    '\n{"calls": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6, wrong.status,
    wrong.connect + wrong.read + wrong.write + wrong.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
