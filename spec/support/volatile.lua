-- What differs each time that a scenario runs: random marks and the time.  Such
-- bytes are blanked, by what they are and not by where they stand, before a
-- request is compared with a recorded one.

local core = require "satchel.core"

local M = {}

local noted = {} -- the random texts of this process, in order
local guid = core.text.guid

---From now on random GUIDs are noted.
function M.start()
  function core.text.guid()
    local text = guid()
    noted[#noted + 1] = text
    return text
  end
end

---They are no longer, and those noted are forgotten.
function M.stop()
  core.text.guid = guid
  noted = {}
end

-- the forms in which a GUID may stand in a message
local function forms(text)
  return { text, text:upper(), core.text.utf16(text), core.text.guid_bytes(text),
    (text:gsub("-", "")), (core.text.utf16((text:gsub("-", "")))) }
end

local function blank_all(body, bytes)
  local from, to = body:find(bytes, 1, true)
  while from do
    body = body:sub(1, from - 1) .. ("\0"):rep(#bytes) .. body:sub(to + 1)
    from, to = body:find(bytes, to + 1, true)
  end
  return body
end

local DAY <const> = 86400

-- FILETIMEs of about now: their two highest bytes are found first
local function blank_times(body, now)
  local high = (">I2"):pack((now + 11644473600) * 10000000 >> 48):reverse()
  local from = body:find(high, 1, true)
  while from do
    if from >= 7 then
      local value = ("<I8"):unpack(body, from - 6)
      if math.abs(value // 10000000 - 11644473600 - now) < DAY then
        body = body:sub(1, from - 7) .. ("\0"):rep(8) .. body:sub(from + 2)
      end
    end
    from = body:find(high, from + 1, true)
  end
  return body
end

---The marks noted so far that stand in a body.
---@param body string
---@return string[]|nil
function M.marks_in(body)
  local found = {}
  for _, text in ipairs(noted) do
    for _, form in ipairs(forms(text)) do
      if body:find(form, 1, true) then
        found[#found + 1] = text
        break
      end
    end
  end
  return #found > 0 and found or nil
end

---A body without what is volatile.
---@param body string
---@param marks string[]|nil GUIDs as text; nil: those noted in this process
---@param now integer when it was sent
---@return string
function M.blank(body, marks, now)
  for _, text in ipairs(marks or noted) do
    for _, form in ipairs(forms(text)) do body = blank_all(body, form) end
  end
  return blank_times(body, now)
end

return M
