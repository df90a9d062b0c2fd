-- The nearest name: what the writer of a misspelt option, or of another library's,
-- probably meant.

local M = {}

-- what other libraries and protocols call things: names here, the first that exists
local meant <const> = {
  body = "text html", content = "text data", message = "text", date = "received sent",
  seen = "unread", read = "unread", starred = "flagged", labels = "categories",
  tags = "categories", keywords = "categories", priority = "importance", uid = "id",
  recipients = "to", attachment = "attachments", filename = "name", mimetype = "type",
  content_type = "type", mime_type = "type", cid = "content_id",
  filter = "where", criteria = "where", sort = "order", order_by = "order", sort_by = "order",
  columns = "fields", select = "fields", max = "limit", skip = "offset",
  host = "url", hostname = "url", server = "url", port = "url", username = "user",
  email = "user", pass = "password", passwd = "password", ssl = "tls", cafile = "ca",
  ca_file = "ca", insecure = "verify",
  search = "query", find = "query", fetch = "items", messages = "items", list = "folders",
  mailboxes = "folders", remove = "delete", append = "import create", expunge = "delete",
  logout = "close", disconnect = "close", quit = "close", download = "save", raw = "mime",
}

local function by_meaning(name, names)
  for other in (meant[name] or ""):gmatch "%S+" do
    if names[other] ~= nil then return other end
  end
end

-- edits (insert, delete, replace, swap neighbours) that make `a` into `b`
local function distance(a, b)
  local before, previous
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    before, previous, row = previous, row, { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      row[j] = math.min(previous[j] + 1, row[j - 1] + 1,
        previous[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1)
        and a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
  end
  return row[#b]
end

---The key of `names` that is nearest to `name`, if any is near.
---@param name any
---@param names table keys are the names that exist
---@return string|nil
function M.find(name, names)
  if type(name) ~= "string" or #name > 100 then return nil end
  local wanted = name:lower()
  local best, least = by_meaning(wanted, names), nil
  if best then return best end
  for candidate in pairs(names) do
    if type(candidate) == "string" then
      local d = distance(wanted, candidate:lower())
      if not least or d < least or d == least and candidate < best then
        best, least = candidate, d
      end
    end
  end
  if least and least <= math.max(1, #name // 3) then return best end
end

---`; did you mean 'x'?`, or nothing when no name is near.
---@param name any
---@param names table keys are the names that exist
---@return string
function M.suggestion(name, names)
  local best = M.find(name, names)
  return best and ("; did you mean '%s'?"):format(best) or ""
end

---The same for names of several tables.
---@param name any
---@param ... table
---@return string
function M.among(name, ...)
  local names = {}
  for _, set in ipairs { ... } do
    for other in pairs(set) do names[other] = true end
  end
  return M.suggestion(name, names)
end

return M
