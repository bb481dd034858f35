/** What sells and what is looked at. */
import { element } from "../dom.js";
import { percent } from "../format.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { table } from "../table.js";
import { numberColumn, section, textColumn } from "./layout.js";

export function products({ stats }) {
  const name = { key: "slug", label: t("product"), format: (slug) => stats.names[slug], isText: true };
  const performance = [
    textColumn("name", t("product")),
    numberColumn("views", t("views")),
    numberColumn("add_to_cart", t("carts")),
    numberColumn("purchases", t("purchases")),
    ...(stats.mode === "unique" ? [numberColumn("purchases_units", t("units"))] : []),
    numberColumn("conversion_rate", t("rate"), percent),
  ];
  const isAbove100 = stats.product_performance.some(({ conversion_rate }) => conversion_rate > 100);
  const above100 = isAbove100 ? element("p", { class: "explanation" }, t("soldWithoutView")) : null;
  return section(
    "products",
    table("top_products", [name, numberColumn("count", t("units"))], stats.top_products),
    table("top_viewed_products", [name, numberColumn("count", t("views"))], stats.top_viewed_products),
    element("div", null, table("product_performance", performance, stats.product_performance, state.productOrder), above100),
  );
}
