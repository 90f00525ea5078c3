#include "libs/identity/principal.h"

#include <algorithm>

namespace scaiflow::identity {
namespace {

/// Keys that reach beyond one tenant.
constexpr std::string_view platform_keys[] = {"admin:platform"};

std::set<std::string, std::less<>> every_permission() {
  return {permission_keys().begin(), permission_keys().end()};
}

Principal super_admin(std::string id, std::string tenant, std::string name) {
  Principal principal;
  principal.id = std::move(id);
  principal.kind = PrincipalKind::Local;
  principal.tenant_id = tenant;
  principal.tenant_slug = std::move(tenant);
  principal.display_name = std::move(name);
  principal.roles = {"super_admin"};
  principal.permissions = every_permission();
  principal.admin_role = AdminRole::SuperAdmin;
  principal.admin_role_source = "bootstrap";
  return principal;
}

}  // namespace

std::string_view to_text(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::User:
      return "user";
    case PrincipalKind::Service:
      return "service";
    case PrincipalKind::Local:
      return "local";
    case PrincipalKind::Core:
      return "core";
  }
  return {};
}

std::string_view to_text(AdminRole role) {
  switch (role) {
    case AdminRole::None:
      return "";
    case AdminRole::TenantAdmin:
      return "tenant_admin";
    case AdminRole::SuperAdmin:
      return "super_admin";
  }
  return {};
}

const std::vector<std::string_view>& permission_keys() {
  static const std::vector<std::string_view> keys{
      "accounting:manage_budgets",
      "accounting:view_own",
      "accounting:view_tenant",
      "admin:access",
      "admin:platform",
      "api_keys:manage",
      "models:list",
      "models:manage",
      "models:use",
      "modules:manage",
      "modules:use",
      "routing:view",
      "scaibunker:admin",
      "scaibunker:create",
      "scaibunker:create:persistent",
      "scaibunker:create:session",
      "scaibunker:execute",
      "scaibunker:files",
      "scaibunker:images:manage",
      "scaibunker:network:allowlisted",
      "scaibunker:network:registry",
      "scaibunker:network:transit",
      "scaibunker:network:unrestricted",
      "scaicore:admin",
      "scaicore:checkpoint_resolve",
      "scaicore:debug",
      "scaicore:delegate",
      "scaicore:manage",
      "scaicore:view",
      "scaiqueue:consume",
      "scaiqueue:manage",
      "scaiqueue:publish",
      "scaiqueue:view",
      "users:manage",
      "webhooks:manage",
  };
  return keys;
}

Principal local_principal() { return super_admin("local", "local", "Local user"); }

Principal dev_principal() { return super_admin("dev-user", "dev", "Developer"); }

Principal core_principal(std::string_view core_id, std::string_view tenant_id, std::string_view tenant_slug) {
  Principal principal;
  principal.id = core_id;
  principal.kind = PrincipalKind::Core;
  principal.tenant_id = tenant_id;
  principal.tenant_slug = tenant_slug;
  principal.permissions = every_permission();
  for (const std::string_view key : platform_keys) {
    principal.permissions.erase(std::string(key));
  }
  return principal;
}

}  // namespace scaiflow::identity
