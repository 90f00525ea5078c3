#pragma once

#include <string_view>
#include <utility>

namespace scaiflow::core {

/// What a new tenant finds below `/knowledge-base`, so that the Customer Support example answers as it is.
inline constexpr std::pair<std::string_view, std::string_view> knowledge_base[] = {
    {"knowledge-base/orders.md", R"(# Orders

You can see an order and its status under My account, Orders. The order number is in the
confirmation mail; it has five digits.

An order can be changed or cancelled until it is packed, which is usually within four hours.
After that, please wait for the
parcel and send it back free of charge.

Where is my order? A parcel that was sent shows a tracking link under My account, Orders. If the
tracking has not moved for three
working days, tell us the order number and we ask the carrier.
)"},
    {"knowledge-base/shipping.md", R"(# Shipping

Orders placed before 16:00 on a working day leave our warehouse the same day. Delivery takes one
to two working days inside the
country and three to five working days in the rest of Europe.

Shipping costs 4.95, and is free for orders of 50 and more. Express delivery before noon of the
next working day costs 12.50.

We ship to all countries of the European Union, Norway and Switzerland. We cannot ship to post
office boxes.
)"},
    {"knowledge-base/returns.md", R"(# Returns

You may return anything within 30 days after delivery, unused and in its packaging. Print the
return label under My account,
Returns, and hand the parcel in at any service point. Returning is free.

The return is checked within five working days after it arrives. You get a mail when it is done.
)"},
    {"knowledge-base/payment.md", R"(# Payment and invoices

We accept card, bank transfer, iDEAL and PayPal. A card is charged when the order leaves the
warehouse, not before.

The invoice is attached to the shipping mail and can be downloaded under My account, Invoices. A
company can add its VAT number
before ordering; it cannot be added to an invoice that exists.
)"},
    {"knowledge-base/warranty.md", R"(# Warranty and damaged products

Every product has two years of warranty. A defect is repaired or the product replaced; send a
photo and the order number and we
answer within one working day.

Did a product arrive damaged or broken? Keep the packaging, take a photo and report it within
seven days after delivery.
)"},
    {"knowledge-base/account.md", R"(# Account and password

Use Forgot password on the sign-in page to choose a new password; the mail with the link is
valid for one hour. Look into the spam
folder when it does not arrive.

You can change your address, mail address and newsletter settings under My account, Profile. An
account is deleted within 30 days
after you ask for it there.
)"},
};

}  // namespace scaiflow::core
