-- What wrk sends, one connection to a thread, so that each waits for its answer and can use what it holds.
-- Arguments: the file with the plan, the name of the work. The plan is a Lua table written by run.mjs.

local threads = {}

function setup(thread)
  thread:set("number", #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  plan = dofile(args[1])
  work = args[2]
  refresh = plan.refresh[(number - 1) % math.max(1, #plan.refresh) + 1] or ""
  sent = number * 7 -- so that the threads of a mix are not in step
  answered = 0
  failed = 0
  example = ""
end

-- Of 50 requests of a mix 1 signs in, 4 refresh, 45 greet.
local function kind_of(index)
  if work ~= "mix" then return work end
  local place = index % 50
  if place == 0 then return "tokenObtainPair" end
  if place % 12 == 1 and place < 48 then return "tokenRefresh" end
  return "hello"
end

function request()
  sent = sent + 1
  local this = plan.requests[kind_of(sent)]
  local body = this.body and this.body:gsub("@REFRESH@", refresh)
  return wrk.format(this.method, this.path, this.headers, body)
end

function response(status, _, body)
  answered = answered + 1
  if status ~= 200 or body:find('"errors"', 1, true) then
    failed = failed + 1
    example = status .. " " .. body:sub(1, 200)
  else
    refresh = body:match('"refresh" ?: ?"([^"]+)"') or refresh
  end
end

function done(summary, latency)
  local all, bad, what = 0, 0, ""
  for _, thread in ipairs(threads) do
    all = all + thread:get("answered")
    bad = bad + thread:get("failed")
    if thread:get("example") ~= "" then what = thread:get("example") end
  end
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"failed":%d,"microseconds":%d,"p50":%d,"p99":%d,"example":"%s"}\n',
    all, bad + errors.connect + errors.read + errors.write + errors.timeout, summary.duration,
    latency:percentile(50), latency:percentile(99), what:gsub('[\\"\n\r]', "'")
  ))
end
