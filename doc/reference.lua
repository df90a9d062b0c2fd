-- Writes the reference out of the annotations: lua5.4 doc/reference.lua prints
-- it, `make doc` keeps it in doc/reference.md.

local parts <const> = {
  { file = "lua/satchel.lua", name = "satchel", prefix = "satchel" },
  { file = "lua/satchel/session.lua", name = "session", prefix = "methods" },
  { file = "lua/satchel/folder.lua", name = "folder", prefix = "methods" },
  { file = "lua/satchel/query.lua", name = "query", prefix = "Query" },
  { file = "lua/satchel/item.lua", name = "item", prefix = "methods" },
  { file = "lua/satchel/attachment.lua", name = "attachment", prefix = "methods" },
  { file = "lua/satchel/sent.lua", name = "sent", prefix = "methods" },
  { file = "lua/satchel/task.lua", name = "task", prefix = "Task" },
  { file = "lua/satchel/oauth.lua", name = "satchel.oauth", prefix = "M", module = true },
  { file = "lua/satchel/error.lua", name = "err", prefix = "methods" },
  { file = "lua/satchel/smtp/native.lua", name = "session.smtp", prefix = "methods",
    class = "satchel.smtp.Native" },
  { file = "lua/satchel/pop3/native.lua", name = "session.pop3", prefix = "methods",
    class = "satchel.pop3.Native" },
  { file = "lua/satchel/imap/native.lua", name = "session.imap", prefix = "Native",
    class = "satchel.imap.Native", more = { "commands", "mailboxes", "messages", "search",
      "append", "access", "metadata", "events" } },
}

local function escape(text)
  return (text:gsub("|", "\\|"))
end

-- "x? type words" and so on of one annotation: name, type, words
local function split_type(text)
  local depth, at = 0, 1
  while at <= #text do
    local c = text:sub(at, at)
    if c:find "[({<%[]" then depth = depth + 1 end
    if c:find "[)}>%]]" then depth = depth - 1 end
    local glued = text:sub(at - 1, at - 1):find "[:,|]"
    if c == " " and depth == 0 and not glued then break end
    at = at + 1
  end
  return text:sub(1, at - 1), text:sub(at + 1)
end

local function signature(part, name, separator, given)
  local shown = {}
  for parameter in given:gmatch "[%w_.]+" do
    if parameter ~= "_" then shown[#shown + 1] = parameter end
  end
  local mark = separator == "." and (part.prefix == "satchel" or part.module) and "." or ":"
  return ("%s%s%s(%s)"):format(part.name, mark, name, table.concat(shown, ", "))
end

-- the comment over a function: lines of text, parameters, results
local function parse_comment(lines)
  local text, parameters, returns, current = {}, {}, {}, nil
  for _, line in ipairs(lines) do
    local tag, rest = line:match "^@(%w+)%s*(.*)$"
    if tag == "param" then
      local name, typed = rest:match "^([%w_.?]+)%s+(.*)$"
      current = { name = name, typed = typed }
      parameters[#parameters + 1] = current
    elseif tag == "return" then
      current = { typed = rest }
      returns[#returns + 1] = current
    elseif tag then
      if tag == "private" then return nil end
      current = {}
    elseif current then
      current.typed = (current.typed or "") .. " " .. line
    else
      text[#text + 1] = line
    end
  end
  return table.concat(text, " "), parameters, returns
end

local function write_function(out, part, name, separator, given, lines)
  local text, parameters, returns = parse_comment(lines)
  if not text or text == "" then return end
  out[#out + 1] = ("#### `%s`\n"):format(signature(part, name, separator, given))
  out[#out + 1] = text .. "\n"
  local rows = {}
  for _, p in ipairs(parameters) do
    local kind, words = split_type(p.typed or "")
    rows[#rows + 1] = ("- `%s` `%s` %s"):format(p.name, kind, words)
  end
  for _, r in ipairs(returns) do
    local kind, words = split_type(r.typed or "")
    rows[#rows + 1] = ("- returns `%s` %s"):format(kind, words)
  end
  for i, row in ipairs(rows) do rows[i] = row:gsub("%s+$", "") end
  if #rows > 0 then out[#out + 1] = table.concat(rows, "\n") .. "\n" end
end

local function write_fields(out, rows)
  if #rows == 0 then return end
  local lines = { "| field | type | |", "| --- | --- | --- |" }
  for _, row in ipairs(rows) do
    local name, typed = row:match "^([%w_?]+)%s+(.*)$"
    if name then
      local kind, words = split_type(typed)
      lines[#lines + 1] = ("| `%s` | `%s` | %s |"):format(name, escape(kind), escape(words))
    end
  end
  out[#out + 1] = table.concat(lines, "\n") .. "\n"
end

local function class_fields(source, name, full)
  local rows, class = {}, nil
  for line in source:gmatch "[^\n]+" do
    class = line:match "^%-%-%-@class ([%w_.]+)" or (line:find "^%-%-%-" and class) or nil
    local field = class and line:match "^%-%-%-@field ([%w_?]+%s+.*)$"
    local wanted = full or name == "satchel" and "satchel" or name == "err" and "satchel.Error"
      or "satchel." .. name:gsub("^%l", string.upper)
    if field and class == wanted then rows[#rows + 1] = field end
  end
  return rows
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function write_functions(out, part, source)
  local comment = {}
  for line in source:gmatch "([^\n]*)\n" do
    local separator, name, given = line:match("^function " .. part.prefix
      .. "([:.])([%a][%w_]*)%((.-)%)")
    if name then write_function(out, part, name, separator, given, comment) end
    local text = line:match "^%-%-%-%s?(.*)$"
    if text then comment[#comment + 1] = text else comment = {} end
  end
end

local function write_part(out, part)
  local source = read(part.file)
  out[#out + 1] = ("## %s\n"):format(part.name)
  write_fields(out, class_fields(source, part.name, part.class))
  write_functions(out, part, source)
  for _, name in ipairs(part.more or {}) do
    write_functions(out, part, read((part.file:gsub("%.lua$", "/" .. name .. ".lua"))))
  end
end

local tables <const> = {
  { "lua/satchel/connect.lua", "ConnectOptions" }, { "lua/satchel/connect.lua", "TlsOptions" },
  { "lua/satchel/connect.lua", "SmtpOptions" },
  { "lua/satchel/oauth.lua", "OauthOptions" }, { "lua/satchel/oauth.lua", "OauthDeviceOptions" },
  { "lua/satchel/oauth.lua", "OauthCodeOptions" },
  { "lua/satchel/oauth.lua", "OauthRefreshOptions" },
  { "lua/satchel/check/report.lua", "CheckReport" },
  { "lua/satchel/check/report.lua", "CheckStep" },
  { "lua/satchel/query.lua", "ItemsOptions" }, { "lua/satchel/query.lua", "Result" },
  { "lua/satchel/compose.lua", "NewItem" }, { "lua/satchel/compose.lua", "NewMessage" },
  { "lua/satchel/smtp/envelope.lua", "DsnOptions" },
  { "lua/satchel/smtp/transaction.lua", "Outcome", "satchel.smtp.Outcome" },
  { "lua/satchel/compose.lua", "AttachmentSpec" }, { "lua/satchel/reply.lua", "AnswerOptions" },
  { "lua/satchel/address.lua", "Address" },
}

local function write_tables(out)
  out[#out + 1] = "## Tables\n"
  for _, row in ipairs(tables) do
    out[#out + 1] = ("### %s\n"):format(row[2])
    write_fields(out, class_fields(read(row[1]), row[2], row[3]))
  end
end

local out = { "# Reference\n", "Generated from the annotations by doc/reference.lua; the\n"
  .. "[guide](guide.md) explains.\n" }
for _, part in ipairs(parts) do write_part(out, part) end
write_tables(out)
io.write((table.concat(out, "\n"):gsub("\n+$", "\n")))
