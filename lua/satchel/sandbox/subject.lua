-- The parts of a subject ([MS-OXCMSG] 3.2.5.2): a prefix is one to three
-- characters that are no digits, a colon and a space.

local subject = {}

---@param whole string
---@return string prefix, string normalized
function subject.split(whole)
  local prefix, rest = whole:match("^([^%s%d:]+:%s)(.*)$")
  if prefix and utf8.len(prefix) and utf8.len(prefix) <= 5 then
    return prefix, rest
  end
  return "", whole
end

return subject
