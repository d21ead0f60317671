import { ViewHeading } from '../parts/section.tsx';
import { AccountSections } from './account-view.tsx';
import { SecuritySections } from './security-view.tsx';

/** An admin's own account. */
export function SettingsView() {
  return (
    <>
      <ViewHeading title="Settings" about="Your own account. Settings of the server are environment variables." />
      <SecuritySections />
      <AccountSections />
    </>
  );
}
