-- The sandbox's clock: FILETIME of now, strictly increasing, so that what
-- happened later also sorts later.

local clock = {}

local EPOCH = 116444736000000000 -- 1970 in 100 ns since 1601

local last = 0

---@param seconds number since 1970
---@return integer FILETIME
function clock.filetime(seconds)
  return math.floor(seconds * 10000000) + EPOCH
end

---@param filetime integer
---@return integer seconds since 1970
function clock.seconds(filetime)
  return (filetime - EPOCH) // 10000000
end

---@return integer FILETIME
function clock.now()
  local now = clock.filetime(os.time())
  if now <= last then now = last + 1 end
  last = now
  return now
end

---A date as HTTP and mail write it.
function clock.http_date(seconds)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", seconds or os.time())
end

return clock
