-- A client of a few lines for the sandbox's specs: core.wire and nothing else.
--   local c = client.new(box, "anna@example.test")   -- connects and logs on
--   local reply, handle = c:call("open_folder", c.logon, { folder_id = …, open_mode_flags = 0 })
-- A reply has return_value; columns of tables are remembered by handle.

local wire = require("satchel.core").wire

local client = {}

local Client = {}
Client.__index = Client

local infos = {}
for _, info in ipairs(wire.rops()) do infos[info.name] = info end

local TYPES = { connect = "Connect", execute = "Execute", disconnect = "Disconnect",
  notification_wait = "NotificationWait" }

local function keep_cookies(self, response)
  for _, h in ipairs(response.headers) do
    if h[1]:lower() == "set-cookie" then
      local name, v = h[2]:match "^([^=]+)=([^;]*)"
      self.cookies[name] = v
    end
  end
end

---One HTTP request.
function Client:post(kind, body)
  local cookies = {}
  for name, v in pairs(self.cookies) do cookies[#cookies + 1] = name .. "=" .. v end
  local response, err = self.transport {
    method = "POST", url = self.url, body = body,
    headers = { "X-RequestType: " .. (TYPES[kind] or kind), "X-RequestId: {1}:1",
      "X-ClientInfo: {1}", "Content-Type: application/mapi-http",
      "Cookie: " .. table.concat(cookies, "; ") },
  }
  if not response then return nil, err end
  keep_cookies(self, response)
  return response
end

---The decoded body of an answer.
function Client:request(kind, fields)
  local response = assert(self:post(kind, assert(wire.encode_body("request", kind, fields))))
  if response.fields["x-responsecode"] ~= "0" then return nil, response end
  local body = response.body:match "\r\n\r\n(.*)$"
  return assert(wire.decode_body("response", kind, body))
end

---Runs encoded ROPs; gives the payloads of the answer.
function Client:execute(rops, handles, flags, max_rop_out)
  local answer, response = self:request("execute", {
    flags = flags or 3, rop_buffer = wire.wrap { { rops = rops, handles = handles } },
    max_rop_out = max_rop_out or 0x10008 })
  if not answer then return nil, response end
  if answer.error_code ~= 0 then return nil, answer.error_code end
  return assert(wire.unwrap(answer.rop_buffer))
end

local function indexes(info, fields, handles, handle)
  for _, name in ipairs(info.handles) do
    if name == "output_handle_index" then
      handles[#handles + 1] = 0xffffffff
      fields[name] = #handles - 1
    elseif name == "dest_handle_index" then
      handles[#handles + 1] = fields.dest
      fields[name], fields.dest = #handles - 1, nil
    elseif name == "response_handle_index" then
      handles[#handles + 1] = fields.response or handle
      fields[name], fields.response = #handles - 1, nil
    else
      handles[#handles + 1] = handle
      fields[name] = #handles - 1
    end
  end
end

local function context(self, handle, name, fields)
  local columns = self.columns[handle]
  if name == "get_properties_specific" then columns = fields.property_tags end
  return { columns = columns, private = not self.public }
end

---Encodes a request on `handle`.
function Client:encode(name, handle, fields)
  local f, handles = {}, {}
  for k, v in pairs(fields or {}) do f[k] = v end
  indexes(infos[name], f, handles, handle)
  f.logon_id = f.logon_id or self.logon_id
  return assert(wire.encode_rop("request", name, f, { private = not self.public })), handles, f
end

---One ROP in a request of its own.
---@return table reply, integer|nil handle
function Client:call(name, handle, fields, flags)
  local bytes, handles, f = self:encode(name, handle, fields)
  local payloads, err = self:execute(bytes, handles, flags)
  if not payloads then return { failed = err } end
  if not infos[name].response then return {} end
  local ctx = context(self, handle, name, f)
  local reply, failed = wire.decode_rop("response", payloads[1].rops, 1, ctx)
  if not reply then error(name .. ": " .. failed.message, 2) end
  if name == "set_columns" and reply.return_value == 0 then
    self.columns[handle] = f.property_tags
  end
  self.payloads = payloads
  local out = f.output_handle_index and payloads[1].handles[f.output_handle_index + 1]
  if out and reply.recipient_columns then self.columns[out] = reply.recipient_columns end
  return reply, out ~= 0xffffffff and out or nil
end

---The same, and it has to succeed.
function Client:must(name, handle, fields)
  local reply, out = self:call(name, handle, fields)
  assert(reply.return_value == 0, ("%s: 0x%08x"):format(name, reply.return_value or -1))
  if out then return out, reply end
  return reply
end

---What the server tells without being asked.
function Client:notices()
  local payloads = assert(self:execute("", {}))
  local list, position = {}, 1
  while position <= #payloads[1].rops do
    local reply, following = assert(wire.decode_rop("response", payloads[1].rops, position))
    list[#list + 1], position = reply, following
  end
  return list
end

---Logs on to a mailbox.
---@param dn string|nil the user's own
function Client:log_on(dn, id)
  self.logon_id = id or 0
  local reply, handle = self:call("logon", nil, { logon_flags = 1, open_flags = 0x01000004,
    store_state = 0, essdn = dn or self.user_dn })
  if handle then self.logon, self.folders = handle, reply.folder_ids end
  return reply, handle
end

client.ROLES = { root = 1, ipm_subtree = 4, inbox = 5, outbox = 6, sent = 7, deleted = 8 }

---Opens one of the thirteen folders by role.
function Client:open(role)
  return self:must("open_folder", self.logon,
    { folder_id = self.folders[client.ROLES[role]], open_mode_flags = 0 })
end

---All rows of a table.
function Client:rows(t, columns)
  if columns then
    self:must("set_columns", t, { set_columns_flags = 0, property_tags = columns })
  end
  local rows = {}
  repeat
    local reply = self:must("query_rows", t,
      { query_rows_flags = 0, forward_read = true, row_count = 1000 })
    table.move(reply.row_data, 1, #reply.row_data, #rows + 1, rows)
  until #reply.row_data == 0 or reply.origin == 2
  return rows
end

---Connects anywhere and logs on.
---@param transport fun(request: table): table|nil, table|nil
---@param url string
---@param user_dn string
function client.open(transport, url, user_dn)
  local self = setmetatable({ url = url, user_dn = user_dn, cookies = {}, columns = {},
    logon_id = 0, transport = transport }, Client)
  local answer, response = self:request("connect", { user_dn = user_dn, flags = 0,
    default_code_page = 1252, lcid_sort = 0x409, lcid_string = 0x409 })
  self.connected = answer or response
  if answer and answer.error_code == 0 then self:log_on() end
  return self
end

---@param box satchel.Sandbox
---@param email string
function client.new(box, email, password)
  local found = assert(box:discover(email))
  return client.open(box:transport { user = email, password = password or "secret" },
    found.url, found.user_dn)
end

return client
