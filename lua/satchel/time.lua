-- Times: integer seconds since the epoch, UTC.  Where one is taken, ISO 8601
-- text or an os.date table will do.

local error_object = require "satchel.error"
local with = require "satchel.with"

local M = {}

local month_days <const> = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and leap and 29 or month_days[month]
end

-- days from 1970-01-01 to a date of the Gregorian calendar; years begin in March
local function days_from_date(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local era = year // 400
  local of_era = year - era * 400
  local of_year = (153 * (month - 3) + 2) // 5 + day - 1
  return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

local function offset_seconds(text)
  if text == "" or text:upper() == "Z" then return 0 end
  local sign, hours, minutes = text:match "^([+-])(%d%d):?(%d%d)$"
  if not sign then sign, hours = text:match "^([+-])(%d%d)$" end
  if not sign then return nil end
  hours, minutes = tonumber(hours), tonumber(minutes or 0)
  if hours > 23 or minutes > 59 then return nil end
  return (sign == "-" and -1 or 1) * (hours * 3600 + minutes * 60)
end

local function clock_seconds(text)
  local hour, minute, rest = text:match "^(%d%d):(%d%d)(.*)$"
  if not hour then return nil end
  local second, tail = rest:match "^:(%d%d)(.*)$"
  if not second then second, tail = "0", rest end
  tail = tail:gsub("^[.,]%d+", "")
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  local midnight = hour == 24 and minute == 0 and second == 0
  if not midnight and hour > 23 or minute > 59 or second > 60 then return nil end
  return hour * 3600 + minute * 60 + second, tail
end

local function parse(text)
  local year, month, day, rest = text:match "^%s*(%d%d%d%d)-(%d%d)-(%d%d)(.-)%s*$"
  if not year then return nil end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month < 1 or month > 12 or day < 1 or day > days_in(year, month) then return nil end
  local seconds = days_from_date(year, month, day) * 86400
  if rest == "" then return seconds, true end
  local clock, zone = clock_seconds(rest:match "^[Tt ](.+)$" or "")
  local offset = clock and offset_seconds(zone)
  return offset and seconds + clock - offset, zone == ""
end

---Seconds since the epoch of ISO 8601 text; text without an offset is UTC.
---@param text string "2026-01-31", "2026-01-31T12:00", "2026-01-31T12:00:00.5+01:00"
---@return integer|nil seconds nil when it is no date
---@return boolean? floating true when the text had no offset
function M.parse(text)
  return parse(text)
end

local function from_table(value)
  local ok, seconds = pcall(os.time, with(value))
  return ok and seconds or nil
end

---Seconds since the epoch of whatever a caller may write for a time.
---@param value integer|string|table seconds, ISO 8601 text, or an os.date table
---@param what string what the time is for, for the message
---@return integer
function M.seconds(value, what)
  local seconds
  if type(value) == "number" then seconds = math.tointeger(value // 1)
  elseif type(value) == "string" then seconds = parse(value)
  elseif type(value) == "table" then seconds = from_table(value)
  end
  if not seconds then
    local shown = type(value) == "string" and ("'%s'"):format(value) or "a " .. type(value)
    error_object.raise {
      kind = "invalid", message = ("%s: %s is no time"):format(what, shown),
      hint = "seconds since the epoch, text like 2026-01-31T12:00:00Z, or an os.date table",
    }
  end
  return seconds
end

---ISO 8601 text of a time, in UTC.
---@param seconds integer
---@return string "2026-01-31T12:00:00Z"
function M.iso(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds) --[[@as string]]
end

return M
