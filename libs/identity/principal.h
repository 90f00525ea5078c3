#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace scaiflow::identity {

enum class PrincipalKind : std::uint8_t { User, Service, Local, Core };
enum class AdminRole : std::uint8_t { None, TenantAdmin, SuperAdmin };

/// `user`, `service` …; `tenant_admin`, `super_admin` (empty for None).
std::string_view to_text(PrincipalKind kind);
std::string_view to_text(AdminRole role);

/// Who calls (08 §8.2, 10 §6).
struct Principal {
  std::string id;
  PrincipalKind kind = PrincipalKind::User;
  std::string tenant_id;
  std::string tenant_slug;
  std::string email;
  std::string display_name;
  std::vector<std::string> roles;
  std::vector<std::string> group_ids;
  std::set<std::string, std::less<>> permissions;
  AdminRole admin_role = AdminRole::None;
  std::string admin_role_source;  ///< manual | group | bootstrap; empty without a role
  std::string key_id;             ///< the `sgk_` key that was shown; empty otherwise
  std::optional<std::int64_t> expires_at_ms;

  bool may(std::string_view permission) const { return permissions.count(permission) > 0; }
  bool is_super_admin() const { return admin_role == AdminRole::SuperAdmin; }
  bool is_tenant_admin() const { return admin_role != AdminRole::None; }
};

/// Every permission key of 08 §8.2, sorted; without the key-only `secrets:read`.
const std::vector<std::string_view>& permission_keys();

/// The fixed principal of mode `local`: id and tenant `local`, super_admin (bootstrap), every permission.
Principal local_principal();
/// The fixed principal while `SCAIFLOW_AUTH_DISABLED` is set: id `dev-user`, tenant `dev`.
Principal dev_principal();
/// The service identity of a tenant's running Cores: every tenant-level permission, no admin role.
Principal core_principal(std::string_view core_id, std::string_view tenant_id, std::string_view tenant_slug);

}  // namespace scaiflow::identity
